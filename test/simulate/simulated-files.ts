import { csvFiles } from '../../src/adapters/csv/csv-files.ts';
import type { CsvFiles } from '../../src/ports/csv-files.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { EventLoop } from './event-loop.ts';
import { simulatedObjects } from './objects.ts';
import { inSteps, type Steps } from './steps.ts';

const gone = { kind: 'ObjectStoreUnavailable', cause: 'simulated' } as const;
const SILENCE = { lost: gone, refused: gone };

/** The store of files, as it is and as processes have it, and what reads CSV files, for whose streams the time stands still. */
export function filesIn(loop: EventLoop, steps: Steps, isOut: () => boolean) {
  // What no history asks for is not there.
  const objects = simulatedObjects(loop.now) as ObjectStore;
  return {
    objects,
    files: { objects: inSteps(steps, 'objects', objects, SILENCE, isOut), csvFiles: held(loop) },
  };
}

const held = ({ hold }: EventLoop): CsvFiles => ({
  records(bytes, from) {
    const records = csvFiles.records(bytes, from);
    return {
      next: () => hold(records.next()),
      return: () => hold(records.return()),
      throw: (fault) => hold(records.throw(fault)),
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.asyncDispose]: () => hold(records.return().then(() => {})),
    };
  },
});
