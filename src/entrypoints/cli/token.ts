import { parseMerchantId } from '../../domain/ids.ts';
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
  if ((options.merchant === undefined) === (options.role === undefined)) {
    err('paywright: give either --merchant or --role\n');
    return EXIT.usage;
  }
  const token = await signToken(jwt, {
    subject: options.subject ?? options.merchant ?? options.role ?? '',
    permissions: options.permissions ?? (options.merchant === undefined ? [] : MERCHANT_PERMISSIONS),
    lifetimeSeconds: options.expiresIn,
    ...(options.merchant === undefined ? {} : { merchantId: options.merchant }),
    ...(options.role === undefined ? {} : { role: options.role }),
  });
  out(options.json ? `${JSON.stringify({ token, expires_in: options.expiresIn })}\n` : `${token}\n`);
  return EXIT.ok;
}
