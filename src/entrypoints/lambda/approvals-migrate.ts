import { admitServingLogin } from '../../composition/serving-login.ts';
import { openApprovalsStorage } from '../../composition/storages.ts';
import { environment } from './function/environment.ts';
import { functionSettings } from './function/function-config.ts';
import { type Migrated, migrated } from './function/migrated.ts';

const settings = functionSettings(environment);

/**
 * Brings the schema of approvals up to this version as its owner, then makes the login of functions as the secret
 * `SERVING_SECRET_ARN` has it, with what serving needs. Invoked by people before the version serves, and after they changed that
 * secret. Safe to repeat.
 */
export const handler = async (_event: unknown, _context: unknown): Promise<Migrated> => {
  const { approvals } = await settings.load();
  const opened = openApprovalsStorage(approvals.storage);
  try {
    const done = await migrated(opened);
    const secretArn = environment['SERVING_SECRET_ARN'];
    if (secretArn !== undefined) await admitServingLogin(approvals.storage, secretArn);
    return done;
  } finally {
    await opened.storage.close();
  }
};
