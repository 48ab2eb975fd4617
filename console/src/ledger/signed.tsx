import type { Whole } from '../api/exact-json.ts';
import { decimal } from '../parts/money.ts';

type Props = Readonly<{ amount: Whole; currency: string }>;

/** `+12.00` of what came and `−12.00` of what went. */
export const Signed = ({ amount, currency }: Props) => {
  const isLess = BigInt(amount) < 0n;
  return (
    <span className={isLess ? 'text-bad' : 'text-good'}>
      {isLess ? '' : '+'}
      {decimal(amount, currency)}
    </span>
  );
};
