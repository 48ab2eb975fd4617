import type { Connection } from '../api/live.ts';

const WORDS: Readonly<Record<Connection, readonly [string, string, string]>> = {
  live: ['Live', 'bg-good', 'Changes are shown as they happen.'],
  polling: ['Polling', 'bg-warn', 'Changes are asked for every ten seconds.'],
  offline: ['Offline', 'bg-bad', 'The server cannot be reached; what is on the page may be old.'],
};

export function LiveDot({ connection }: Readonly<{ connection: Connection }>) {
  const [word, colour, meaning] = WORDS[connection];
  return (
    <span role="status" title={meaning} className="inline-flex h-7 items-center gap-1.5 text-xs text-quiet">
      <span aria-hidden className={`size-2 rounded-full ${colour}`} />
      {word}
    </span>
  );
}
