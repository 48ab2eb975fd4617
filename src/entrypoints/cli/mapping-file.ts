import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { MAPPING_NAME, type SettlementMapping } from '../../domain/merchants/settlement-mapping.ts';
import { mappingIn, settlementMapping } from '../http/merchants/settlement-mapping-schemas.ts';
import { parseBody } from '../http/server/body-input.ts';
import { readJson } from '../http/server/read-json.ts';

/**
 * What `--mapping` names: a mapping of the merchant by its name, or what stands in a file, which no name can be the path of (`./acquirer`
 * is one). A file is held to the rules of the HTTP body, and an Err says what is wrong with it, in words.
 */
export async function mappingOf(named: string): Promise<Result<SettlementMapping | string, string>> {
  if (MAPPING_NAME.test(named)) return ok(named);
  const bytes = await readFile(named).catch(() => undefined);
  if (bytes === undefined) return err(`there is no mapping ${named}`);
  const request = new Request('http://mapping.invalid', {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/json' },
  });
  return readJson(request)
    .andThen((body) => parseBody(settlementMapping, body))
    .map(mappingIn)
    .mapErr((failure) =>
      'faults' in failure
        ? failure.faults.map(({ path, message }) => `${[named, ...path].join(': ')}: ${message}`).join('\n')
        : `${named} is too large`,
    );
}
