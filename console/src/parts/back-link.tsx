import { Link, type LinkProps } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';

type Props = Readonly<{ to: NonNullable<LinkProps['to']>; children: string }>;

/** To the list as it was left, where it was left from. */
export const BackLink = ({ to, children }: Props) => (
  <Link
    to={to}
    className="mb-1 inline-flex items-center gap-1 text-[13px] text-quiet hover:text-ink"
    onClick={(event) => {
      if (document.referrer !== '' || history.length < 2) return;
      event.preventDefault();
      history.back();
    }}
  >
    <ArrowLeft aria-hidden className="size-3.5" />
    {children}
  </Link>
);
