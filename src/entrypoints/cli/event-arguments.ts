import { InvalidArgumentError } from 'commander';
import { EVENT_TYPES, type EventType } from '../../domain/kernel/events.ts';
import { type Instant, parseDay, parseInstant } from '../../domain/kernel/instant.ts';

/** A day, which is its first moment in UTC, or a time. */
export function timeIn(text: string): Instant {
  const at = parseDay(text) ?? parseInstant(text);
  if (at === undefined) throw new InvalidArgumentError('It takes a day or an RFC 3339 time.');
  return at;
}

/** Types of events, with commas between. */
export function eventTypesIn(text: string): readonly EventType[] {
  const names = text.split(',').map((each) => each.trim());
  const types = EVENT_TYPES.filter((type) => names.includes(type));
  const unknown = names.find((name) => !types.some((type) => type === name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${JSON.stringify(unknown)} is not one of ${EVENT_TYPES.join(', ')}.`);
  return types;
}
