import { Link } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { type ShownCount, useCounts } from './counts.ts';
import { PAGES } from './pages.ts';
import { useSession } from './session-context.ts';

export function Navigation({ onGo }: Readonly<{ onGo?: () => void }>) {
  const session = useSession();
  const counts = useCounts(session);
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-col gap-0.5">
        {PAGES.filter(({ isFor }) => isFor(session)).map(({ path, name, icon: Icon }) => (
          <li key={path}>
            <Link
              to={path}
              {...(onGo === undefined ? {} : { onClick: onGo })}
              className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-quiet hover:bg-hover hover:text-ink"
              activeProps={{ className: 'bg-accent-wash !text-accent' }}
            >
              <Icon aria-hidden className="size-4" />
              {name}
              <Waiting count={counts.get(path)} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Waiting({ count }: Readonly<{ count: ShownCount | undefined }>) {
  if (count === undefined) return null;
  return (
    <span
      title={`${count.text} ${count.what}`}
      className="ml-auto rounded-full bg-warn-wash px-1.5 text-xs leading-5 font-semibold text-warn tabular-nums"
    >
      {count.text}
      <span className="sr-only"> {count.what}</span>
    </span>
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
