import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundleService } from '../../../tools/bundle/bundle.ts';
import type { Service } from '../../../tools/bundle/functions.ts';
import type { Storage } from '../../../tools/bundle/plugins.ts';
import { madeOnce, type OnceARun, startOnceARun } from '../once-a-run.ts';

/** The bundles of a service's functions, made once for all tests of a run: four seconds of a core for each storage. */
export const bundlesOf = async (service: Service, storage: Storage): Promise<readonly Bundle[]> =>
  JSON.parse(await madeOnce(process.env['TEST_BUNDLES_URL'], `${service}/${storage}`)) as readonly Bundle[];

/** The bundles as a deployment has them: the platform on DynamoDB, approvals on Postgres. */
export const deployedBundles = async (): Promise<readonly Bundle[]> =>
  (await Promise.all([bundlesOf('platform', 'dynamodb'), bundlesOf('approvals', 'postgres')])).flat();

/** Makes them when a test first asks, and takes them away. */
export async function startBundler(): Promise<OnceARun> {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-bundles-'));
  const { url, close } = await startOnceARun(async (name) => {
    const [service, storage] = name.split('/') as [Service, Storage];
    return JSON.stringify(await bundleService(service, join(folder, storage), storage));
  });
  return {
    url,
    close() {
      close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
