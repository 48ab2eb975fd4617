import { err, ok, type Result } from 'neverthrow';
import type { keptText, SecretPlace, secretPlaceRisks } from '../../composition/kept-secrets.ts';
import { type Config, type LocalSecret, readConfig } from './config.ts';
import type { Fault } from './faults.ts';
import { type Environment, type FetchedTexts, readVariables, regionOf } from './read-variables.ts';
import { riskText } from './risk-text.ts';
import { secretFault } from './secret-remedies.ts';
import { READ_LATER, SECRET_SETTINGS } from './secret-variables.ts';
import type { Variables } from './variables.ts';

/** Reads secrets; a command loads it, and the driver with it, when a setting names one. */
export type OpenSecretReader = () => Promise<
  Readonly<{ keptText: typeof keptText; secretPlaceRisks: typeof secretPlaceRisks }>
>;

/**
 * The whole configuration as `readConfig` makes it, with the secrets that settings name read from Secrets Manager: one call for each,
 * none before every setting is right, and in production none to a place that is not AWS over TLS.
 */
export async function loadConfig(
  env: Environment,
  localSecret: LocalSecret,
  openReader: OpenSecretReader,
): Promise<Result<Config, readonly Fault[]>> {
  const given = readVariables(env);
  if (given.isErr()) return err(given.error);
  const { STAGE: stage } = given.value;
  const region = regionOf(given.value);
  const read = await Promise.all(
    SECRET_SETTINGS.map(async ({ arn }): Promise<Result<FetchedTexts, Fault>> => {
      const secretArn = given.value[arn];
      if (secretArn === undefined) return ok({});
      const text = await readSecret({ secretArn, region }, stage, openReader);
      return text.map((each) => ({ [arn]: each })).mapErr((fault) => ({ name: arn, ...fault }));
    }),
  );
  const faults = [
    ...read.flatMap((each) => (each.isErr() ? [each.error] : [])),
    ...(await laterFaults(given.value, region, openReader)),
  ];
  if (faults.length > 0) return err(faults);
  const fetched: FetchedTexts = Object.assign({}, ...read.map((each) => each.unwrapOr({})));
  return readConfig(env, localSecret, fetched);
}

/** Of a secret that is read while processes run: in production it is asked of AWS, over TLS. */
async function laterFaults(
  { STAGE: stage, [READ_LATER.arn]: secretArn }: Variables,
  region: string,
  openReader: OpenSecretReader,
): Promise<readonly Fault[]> {
  if (secretArn === undefined || stage !== 'production') return [];
  const [risk] = await (await openReader()).secretPlaceRisks({ secretArn, region });
  return risk === undefined ? [] : [{ name: READ_LATER.arn, says: riskText(risk) }];
}

async function readSecret(
  place: SecretPlace,
  stage: Config['stage'],
  openReader: OpenSecretReader,
): Promise<Result<string, Omit<Fault, 'name'>>> {
  const reader = await openReader();
  const [risk] = stage === 'production' ? await reader.secretPlaceRisks(place) : [];
  if (risk !== undefined) return err({ says: riskText(risk) });
  return (await reader.keptText(place)).mapErr(({ reason }) => secretFault(reason));
}
