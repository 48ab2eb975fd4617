import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useShortcuts } from './shortcuts.ts';
import { useBackTo } from './way-back.ts';

type Props = Readonly<{ to: NonNullable<LinkProps['to']>; children: string }>;

/** To the list as it was left, where it was left from; Escape leads there too. */
export function BackLink({ to, children }: Props) {
  const navigate = useNavigate();
  const back = useBackTo(to);
  useShortcuts({ Escape: () => void (back() || navigate({ to })) });
  return (
    <Link
      to={to}
      className="mb-1 inline-flex items-center gap-1 text-[13px] text-quiet hover:text-ink"
      onClick={(event) => {
        // With a key it is opened elsewhere.
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey && back()) event.preventDefault();
      }}
    >
      <ArrowLeft aria-hidden className="size-3.5" />
      {children}
    </Link>
  );
}
