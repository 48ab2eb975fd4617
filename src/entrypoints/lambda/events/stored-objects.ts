import { type ObjectKey, parseObjectKey } from '../../../domain/files/object-key.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An object that S3 says was stored. */
export type StoredAt = Readonly<{ bucket: string; key: ObjectKey }>;

/** The records of an event of S3, each as an event of its own, so that one that is bad fails alone; any other event as it is. */
export function recordByRecord(event: unknown): readonly unknown[] {
  const { Records: records } = (event ?? {}) as Fields;
  return Array.isArray(records) ? records.map((record) => ({ Records: [record] })) : [event];
}

/**
 * The objects that an event says were stored: one of S3 itself, whose keys are encoded as forms are, or one that S3 sent
 * through EventBridge, whose keys are not. The event that S3 sends to try a new target names none. Throws on any other.
 */
export function storedObjects(event: unknown): readonly StoredAt[] {
  const { Records: records, Event: named, source, detail, 'detail-type': type } = (event ?? {}) as Fields;
  if (named === 's3:TestEvent') return [];
  if (Array.isArray(records)) return records.flatMap((record) => recordedObject(record));
  if (source === 'aws.s3' && type === 'Object Created') return storedAt(detail, (key) => key);
  throw new Error('the event is none of S3');
}

/** Of what was removed there is nothing to read. */
function recordedObject(record: unknown): readonly StoredAt[] {
  const { eventSource, eventName, s3 } = (record ?? {}) as Fields;
  if (eventSource !== 'aws:s3' || typeof eventName !== 'string') throw new Error('the event is none of S3');
  if (!eventName.startsWith('ObjectCreated:')) return [];
  return storedAt(s3, (key) => decodeURIComponent(key.replaceAll('+', ' ')));
}

/** A key that no file of this service has is not this service's. */
function storedAt(holder: unknown, decoded: (key: string) => string): readonly StoredAt[] {
  const { bucket, object } = (holder ?? {}) as Fields;
  const { name } = (bucket ?? {}) as Fields;
  const { key } = (object ?? {}) as Fields;
  if (typeof key !== 'string') throw new Error('the event of S3 names no object');
  if (typeof name !== 'string') throw new Error('the event of S3 names no bucket');
  const parsed = parseObjectKey(decoded(key));
  return parsed === undefined ? [] : [{ bucket: name, key: parsed }];
}
