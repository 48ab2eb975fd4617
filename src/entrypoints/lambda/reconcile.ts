import { eachEvent } from './events/queued-events.ts';
import { recordByRecord, storedObjects } from './events/stored-objects.ts';
import { platformFunction } from './function/platform-function.ts';
import { workFor } from './worker/jobs-worker.ts';

/**
 * Takes up files that S3 says were stored, by itself, through EventBridge or through a queue, and goes on with the jobs that read
 * them. An event that is none of S3 or of another bucket than the one of this service, and a file that cannot be taken up, fail
 * alone, also where one message tells of several files, and leave no trace but that.
 */
export const handler = platformFunction((parts) => {
  const { useCases, config, log } = parts;
  const { objects } = config.platform;
  const { takeUpFile } = useCases();
  const takeUp = async (event: unknown) => {
    const stored = storedObjects(event);
    // The same key in another bucket is another file, and who may write there is not known here.
    if (objects.kind === 'bucket' && stored.some(({ bucket }) => bucket !== objects.bucket))
      throw new Error('the event of S3 is of another bucket');
    for (const { key } of stored) {
      const taken = await takeUpFile(key);
      if (taken.isErr()) throw new Error(`a stored file was not taken up: ${taken.error.kind}`);
    }
  };
  const deal = async (text: string) => {
    const faults: unknown[] = [];
    for (const each of recordByRecord(JSON.parse(text)))
      await takeUp(each).catch((fault: unknown) => {
        faults.push(fault);
      });
    if (faults.length > 0) throw faults[0];
  };
  return async (event, invocation) => {
    const result = await eachEvent(event, deal, {
      invocation,
      onFailure: (defect, event_id) => log.error({ defect, event_id }, 'a message was not dealt with'),
    });
    await workFor(invocation, parts);
    return result;
  };
});
