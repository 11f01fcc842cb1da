import { runWorker } from '../../../../src/upload/worker.js';
import { plainUnit } from './plain-unit.js';

runWorker(plainUnit);
