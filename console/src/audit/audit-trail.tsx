import { useState } from 'react';
import { inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { JsonView } from '../parts/json-view.tsx';
import type { AuditEntry } from './audit-queries.ts';

/** Entries as lines that open: what was done, by whom, to what, and what changed. */
export function AuditTrail({ entries }: Readonly<{ entries: readonly AuditEntry[] }>) {
  return (
    <ul className="divide-y divide-line">
      {entries.map((entry) => (
        <Line key={entry.id} entry={entry} />
      ))}
    </ul>
  );
}

function Line({ entry }: Readonly<{ entry: AuditEntry }>) {
  const [open, setOpen] = useState(false);
  const { action, actor, entity_id, timestamp, ip_address } = entry;
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary
          data-row
          className="flex list-none flex-wrap justify-between gap-x-4 px-3 py-2.5 hover:bg-hover focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden"
        >
          <span className="font-medium">{inWords(action)}</span>
          <span className="text-[13px] text-quiet">
            <Time at={timestamp} exact />
          </span>
          <span className="basis-full truncate text-quiet">
            {actor.type} {actor.id}
            {ip_address !== undefined && ` from ${ip_address}`} ·{' '}
            <span className="font-mono text-[13px]">{entity_id}</span>
          </span>
        </summary>
        {open && (
          <div className="px-3 pb-3">
            <JsonView value={entry} label={`${inWords(action)} as JSON`} />
          </div>
        )}
      </details>
    </li>
  );
}
