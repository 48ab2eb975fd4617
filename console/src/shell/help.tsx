import { Dialog } from '../parts/dialog.tsx';
import { pagesFor } from './pages.ts';
import { useSession } from './session-context.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['⌘ K  or  Ctrl K', 'Go to a page, an id, a key or an email'],
  ['/', 'Search'],
  ['j   k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['r   c   v', 'Refund, capture, void the payment'],
  ['a   r', 'Approve, reject what is looked at'],
  ['a   l   e   i', 'Accept, link, put off, ignore the exception'],
  ['x', 'Choose the row'],
  ['n', 'A new one, where there can be'],
  ['r', 'Replay what did not arrive, among webhooks'],
  ['Esc', 'Close, or go back to the list'],
  ['?', 'These keys'],
];

export function Help({ onClose }: Readonly<{ onClose: () => void }>) {
  const session = useSession();
  const pages = pagesFor(session).map(({ key, name }) => [`g  ${key}`, `Go to ${name}`] as const);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2.5">
        {[...KEYS, ...pages].map(([keys, meaning]) => (
          <div key={keys} className="contents">
            <dt className="font-mono text-xs whitespace-pre text-quiet">{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
