import { type DestinationStream, type Logger, pino } from 'pino';
import { present } from '../../../domain/kernel/present.ts';

/** What a log line may say. Anything else is dropped before it is written. */
const LOG_FIELDS = [
  'method',
  'route',
  'status',
  'duration_ms',
  'request_id',
  'merchant_id',
  'client_address',
  'code',
  'storage',
  'host',
  'port',
  'url',
  'signal',
  'worker',
  'due',
  'settled',
  'waiting',
  'skipped',
  'stuck',
  'count',
  'sink',
  'event_type',
  'event_id',
  'processor',
  'outcome',
  'payment_id',
  'job',
  'work',
  'subject',
  'end',
  'function',
  'function_request_id',
  'api_request_id',
  'trace_id',
  'cold_start',
  'left',
  'cause',
  'defect',
] as const;

/**
 * JSON lines through an allow-list of fields. `cause` is for faults of the world, written as name and code; `defect` for our
 * own, written with the frames of its stack too. Messages are left out of both: libraries put data into them.
 */
export const jsonLogger = (
  settings: Readonly<{
    level: string;
    destination?: DestinationStream;
    /** What every line says beside its own fields, asked for with each. */
    beside?: () => object;
  }>,
): Logger =>
  pino(
    {
      level: settings.level,
      base: null,
      ...present({ mixin: settings.beside }),
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: {
        cause: faultOf,
        defect: (fault: unknown) => ({ ...faultOf(fault), at: framesOf(fault) }),
      },
      formatters: {
        level: (level) => ({ level }),
        log: (fields) =>
          Object.fromEntries(
            LOG_FIELDS.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]]),
          ),
      },
    },
    settings.destination ?? pino.destination(1),
  );

function faultOf(fault: unknown): Readonly<{ name: string; code?: string }> {
  if (typeof fault !== 'object' || fault === null) return { name: typeof fault };
  const { name, code } = fault as Readonly<{ name?: unknown; code?: unknown }>;
  return {
    name: typeof name === 'string' ? name : 'Object',
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
  };
}

const framesOf = (fault: unknown): readonly string[] =>
  fault instanceof Error
    ? (fault.stack ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.startsWith('at '))
        .slice(0, 12)
    : [];
