import { RE2JS } from '@bufbuild/re2';
