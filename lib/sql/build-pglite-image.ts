// Run once after the installation, and before packing: `node lib/sql/build-pglite-image.ts`.
import { buildImage } from './pglite-image.ts';

await buildImage();
