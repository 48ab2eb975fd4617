import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionCode } from '../../infra/function-code.ts';
import { makeCodeCache } from '../../tools/bundle/code-caches.ts';
import { deployedBundles } from '../support/lambda/bundles.ts';

let [folder, index] = ['', ''];
beforeEach(async () => {
  const { file = '' } = (await deployedBundles()).find(({ name }) => name === 'query') ?? {};
  folder = mkdtempSync(join(tmpdir(), 'paywright-function-code-'));
  cpSync(dirname(file), join(folder, 'query'), { recursive: true });
  index = join(folder, 'query/index.cjs');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The object in the bucket of assets that CloudFormation is told of; another one is another deployment of the function. */
function deployed(): string {
  const stack = new Stack(new App({ outdir: join(folder, 'out') }), 'one');
  const { s3Location } = functionCode(dirname(index)).bind(stack);
  return s3Location?.objectKey ?? expect.fail('it is no asset');
}

describe('The code of a function', () => {
  it('is the same after its code cache was made again by the same Node', async () => {
    const before = deployed();
    await makeCodeCache(index, 'dynamodb');
    expect(deployed()).toBe(before);
  });

  it('is another with another bundle, with a code cache of other flags, and with one for another processor', async () => {
    const all = [deployed()];
    await makeCodeCache(index, 'dynamodb', ['--expose-gc']);
    all.push(deployed());
    cpSync(
      join(dirname(index), `function.${process.arch}.cache`),
      join(dirname(index), 'function.other.cache'),
    );
    all.push(deployed());
    writeFileSync(join(dirname(index), 'function.cjs'), '// another');
    all.push(deployed());
    expect(new Set(all).size).toBe(4);
  });
});
