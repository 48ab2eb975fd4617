import { EVENT_TYPES, type EventType } from '../api/event-types.ts';
import type { Endpoint } from './webhook-queries.ts';

/** The types that the endpoint is sent. */
export const subscribedTypes = ({ events }: Pick<Endpoint, 'events'>): readonly EventType[] =>
  EVENT_TYPES.filter((type) => events.includes('*') || events.includes(type));

type Props = Readonly<{
  of: readonly EventType[];
  chosen: readonly EventType[];
  onChoose: (types: readonly EventType[]) => void;
}>;

/** Which types of events; while none is chosen, all of them. */
export const TypeChoice = ({ of, chosen, onChoose }: Props) => (
  <details className="rounded-md border border-line">
    <summary className="cursor-pointer rounded-md px-3 py-2">
      <span className="font-medium">Event types</span>{' '}
      <span className="text-quiet">{chosen.length === 0 ? 'All' : `${chosen.length} of ${of.length}`}</span>
    </summary>
    <fieldset className="flex max-h-48 flex-col overflow-y-auto border-t border-line px-3 py-1">
      <legend className="sr-only">Event types</legend>
      {of.map((type) => (
        <label key={type} className="flex min-h-8 items-center gap-2 break-all">
          <input
            type="checkbox"
            className="size-4 shrink-0 accent-accent"
            checked={chosen.includes(type)}
            onChange={({ target }) =>
              onChoose(of.filter((each) => (each === type ? target.checked : chosen.includes(each))))
            }
          />
          {type}
        </label>
      ))}
    </fieldset>
  </details>
);
