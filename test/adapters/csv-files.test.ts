import { csvFiles } from '../../src/adapters/csv/csv-files.ts';
import { csvFilesContract } from '../contract/csv-files.contract.ts';

csvFilesContract('csv-parse', csvFiles);
