import { Link } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { type ShownCount, useCounts } from './counts.ts';
import { pagesFor } from './pages.ts';
import { useSession } from './session-context.ts';

export function Navigation({ onGo }: Readonly<{ onGo?: () => void }>) {
  const session = useSession();
  const counts = useCounts(session);
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-col gap-0.5">
        {pagesFor(session).map(({ path, name, icon: Icon }) => (
          <li key={path} className="relative">
            <Link
              to={path}
              {...(onGo === undefined ? {} : { onClick: onGo })}
              className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-quiet hover:bg-hover hover:text-ink"
              activeProps={{ className: 'bg-accent-wash !text-accent' }}
            >
              <Icon aria-hidden className="size-4" />
              {name}
            </Link>
            <Waiting path={path} count={counts.get(path)} onGo={onGo} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

type WaitingProps = Readonly<{ path: string; count: ShownCount | undefined; onGo: (() => void) | undefined }>;

/** A link of its own beside that to the page, as it leads to what it counts alone. */
function Waiting({ path, count, onGo }: WaitingProps) {
  if (count === undefined) return null;
  return (
    <Link
      to={path}
      search={count.search}
      {...(onGo === undefined ? {} : { onClick: onGo })}
      title={`${count.text} ${count.what}`}
      className="absolute top-1 right-1 flex h-6 min-w-6 items-center justify-center rounded-full bg-warn-wash px-1.5 text-xs font-semibold text-warn tabular-nums hover:underline"
    >
      {count.text}
      <span className="sr-only"> {count.what}</span>
    </Link>
  );
}

export function Account({ onLogOut }: Readonly<{ onLogOut: () => void }>) {
  const { subject, merchant_id, roles } = useSession();
  return (
    <div className="flex items-center gap-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={subject}>
          {merchant_id ?? subject}
        </p>
        <p className="truncate text-xs text-quiet">
          {merchant_id !== undefined && merchant_id !== subject ? subject : roles.join(', ') || 'Merchant'}
        </p>
      </div>
      <button type="button" className="icon-button" aria-label="Log out" title="Log out" onClick={onLogOut}>
        <LogOut aria-hidden className="size-4" />
      </button>
    </div>
  );
}
