import type { StorageRisk } from '../../ports/storage-risk.ts';
import { riskText } from './risk-text.ts';

/** What one look found. `remedy` says what to do, and is there unless all is well. */
export type Finding = Readonly<{
  check: string;
  status: 'ok' | 'warn' | 'fail';
  says: string;
  remedy?: string;
}>;

/** A risk's sentence, in two: what is wrong, and what mends it. */
export function riskFinding(check: string, risk: StorageRisk): Finding {
  const [says = '', ...remedy] = riskText(risk).split(': ');
  return { check, status: 'fail', says, remedy: remedy.join(': ') };
}
