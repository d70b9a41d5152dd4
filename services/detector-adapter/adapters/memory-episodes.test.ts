import { episodePolicy, episodesContract } from '../../../test/contracts/episodes.ts';
import { memoryEpisodes } from './memory-episodes.ts';

episodesContract('memory', async () => memoryEpisodes(episodePolicy));
