// Run by npm after an installation: builds the console where its tools were installed, which `npm ci --omit=dev` leaves out.
// Without it the API is whole, and /console/ says that it was not built.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const config = join(root, 'console/vite.config.ts');

const vite = existsSync(config) ? await import('vite').catch(() => undefined) : undefined;
if (vite === undefined) {
  console.log('The console was not built: what builds it is not installed.');
} else {
  await vite.build({ configFile: config, logLevel: 'warn' }).catch((error) => {
    console.error('THE CONSOLE COULD NOT BE BUILT; npm run console says why.', error);
  });
}
