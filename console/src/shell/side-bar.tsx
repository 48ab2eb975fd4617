import { Link } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { PAGES } from './pages.ts';
import { useSession } from './session-context.ts';

export function Navigation({ onGo }: Readonly<{ onGo?: () => void }>) {
  const session = useSession();
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
            </Link>
          </li>
        ))}
      </ul>
    </nav>
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
