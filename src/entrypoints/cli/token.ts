import { parseMerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { MERCHANT_PERMISSIONS, signToken } from './tokens.ts';

export type TokenOptions = Readonly<{
  merchant?: string;
  role?: string;
  permissions?: readonly string[];
  subject?: string;
  expiresIn: number;
  json?: boolean;
}>;

/** Prints a token that this configuration's server accepts. Only where the server itself trusts a shared secret. */
export async function tokenCommand(
  { stage, jwt }: Config,
  options: TokenOptions,
  { out, err }: Terminal,
): Promise<ExitCode> {
  if (stage === 'production' || jwt.kind !== 'hs256') {
    err('paywright: tokens are made here in development with JWT_SECRET only; ask your identity provider\n');
    return EXIT.failed;
  }
  if (options.merchant !== undefined && parseMerchantId(options.merchant) === undefined) {
    err('paywright: --merchant takes 1 to 64 letters, digits, dashes or underscores\n');
    return EXIT.usage;
  }
  const { merchant, role, permissions } = options;
  // A token that manages merchants needs no merchant of its own: its requests choose one.
  const manages = merchant === undefined && permissions?.includes('admin') === true;
  if ((merchant === undefined) === (role === undefined) && !manages) {
    err('paywright: give either --merchant or --role, or --permissions with admin among them\n');
    return EXIT.usage;
  }
  const token = await signToken(jwt, {
    subject: options.subject ?? merchant ?? role ?? 'admin',
    permissions: permissions ?? (merchant === undefined ? [] : MERCHANT_PERMISSIONS),
    lifetimeSeconds: options.expiresIn,
    ...present({ merchantId: merchant, role }),
  });
  out(options.json ? `${JSON.stringify({ token, expires_in: options.expiresIn })}\n` : `${token}\n`);
  return EXIT.ok;
}
