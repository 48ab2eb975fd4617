import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Menu, Search } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../api/live.ts';
import { changeSession, logOut, type Session } from '../api/session.ts';
import { ZoneSwitch } from '../parts/clock.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { moveRow, type Shortcuts, useShortcuts } from '../parts/shortcuts.ts';
import { Waiting } from '../parts/waiting.tsx';
import { Help } from './help.tsx';
import { LiveDot } from './live-dot.tsx';
import { MerchantSwitch } from './merchant-switch.tsx';
import { ModeBadge } from './mode-badge.tsx';
import { PageOfSession } from './page-of-session.tsx';
import { pagesFor } from './pages.ts';
import { Palette } from './palette.tsx';
import { SessionContext } from './session-context.ts';
import { Account, Navigation } from './side-bar.tsx';
import { Wordmark } from './wordmark.tsx';

type Open = 'palette' | 'help' | 'menu' | undefined;

/** What is around every page of a session. */
export function Shell({ session }: Readonly<{ session: Session }>) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const connection = useLive();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const leave = () => {
    void logOut().finally(() => changeSession(queries, null));
  };
  const pages: Shortcuts = Object.fromEntries(
    pagesFor(session).map(({ key, path }) => [`g ${key}`, () => void navigate({ to: path })]),
  );
  useShortcuts({
    ...pages,
    'mod+k': () => setOpen((was) => (was === 'palette' ? undefined : 'palette')),
    '?': () => setOpen('help'),
    '/': () => {
      const field = document.querySelector<HTMLInputElement>('[data-search]');
      if (field === null) setOpen('palette');
      else field.focus();
    },
    j: () => moveRow(1),
    k: () => moveRow(-1),
  });
  return (
    <SessionContext value={session}>
      <a
        href="#page"
        className="button sr-only z-10 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <div className="grid min-h-dvh grid-cols-[minmax(0,1fr)] lg:grid-cols-[14rem_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh flex-col gap-5 border-r border-line bg-rail p-3 lg:flex">
          <div className="px-2 pt-2">
            <Wordmark />
          </div>
          <div className="flex-1 overflow-y-auto">
            <Navigation />
          </div>
          <div className="flex flex-col gap-3 border-t border-line px-2 pt-3">
            <MerchantSwitch />
            <Account onLogOut={leave} />
          </div>
        </aside>
        <div className="flex min-w-0 flex-col">
          <header className="sticky top-0 z-10 flex h-12 items-center gap-2 border-b border-line bg-page px-4 sm:gap-3 sm:px-8">
            <button
              type="button"
              className="icon-button lg:hidden"
              aria-label="Menu"
              onClick={() => setOpen('menu')}
            >
              <Menu aria-hidden className="size-4" />
            </button>
            <button
              type="button"
              onClick={() => setOpen('palette')}
              className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md border border-line bg-rail px-2.5 text-quiet hover:bg-hover sm:max-w-sm"
            >
              <Search aria-hidden className="size-4 shrink-0" />
              <span className="truncate">Go to…</span>
              <kbd className="key ml-auto max-sm:hidden">⌘K</kbd>
            </button>
            <span className="flex-1 max-sm:hidden" />
            <span className="max-lg:hidden">
              <ModeBadge />
            </span>
            <LiveDot connection={connection} />
            <ZoneSwitch />
            <button
              type="button"
              className="icon-button max-sm:hidden"
              aria-label="Keys"
              onClick={() => setOpen('help')}
            >
              <kbd className="font-mono text-xs">?</kbd>
            </button>
            <Waiting />
          </header>
          <main id="page" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            <PageOfSession session={session} />
          </main>
        </div>
      </div>
      {open === 'palette' && <Palette onClose={close} />}
      {open === 'help' && <Help onClose={close} />}
      {open === 'menu' && (
        <Dialog title="Menu" onClose={close}>
          <div className="flex flex-col gap-4">
            <span className="self-start">
              <ModeBadge />
            </span>
            <Navigation onGo={close} />
            <div className="flex flex-col gap-3 border-t border-line pt-3">
              <MerchantSwitch />
              <Account onLogOut={leave} />
            </div>
          </div>
        </Dialog>
      )}
    </SessionContext>
  );
}
