import pg from 'pg';
import { present } from '../../domain/kernel/present.ts';
import { SHARED_SIGNAL_MS, WAKE_UP_TOPICS, type WakeUps, type WakeUpTopic } from '../../ports/wake-ups.ts';
import { localWakeUps } from '../shared/local-wake-ups.ts';

export type PostgresWakeUps = WakeUps & Readonly<{ close(): Promise<void> }>;

/** NOTIFY takes a lock of the whole server when its transaction ends, so signals of that long share one. */
const SHORTEST_GAP_MS = 50;
/** What was begun is no work yet, and is watched for longer. */
const gapOf = (topic: WakeUpTopic) => (topic === 'recovery' ? SHARED_SIGNAL_MS : SHORTEST_GAP_MS);
const RECONNECT_MS = 1_000;

/**
 * Signals reach this process at once, and every other one that has a subscriber through the server. The connection that
 * listens is beside the pool, is opened with the first subscription and is opened again when it breaks; until it is back
 * others' signals are missed, so every subscriber is woken then. NOTIFY goes out in a statement of its own, so no commit ever waits for it.
 */
export function postgresWakeUps(pool: pg.Pool, channel = 'paywright'): PostgresWakeUps {
  const local = localWakeUps<WakeUpTopic>();
  const self = crypto.randomUUID();
  const gaps = new Map<WakeUpTopic, NodeJS.Timeout>();
  const repeats = new Set<WakeUpTopic>();
  const notices = new Set<Promise<unknown>>();
  let listener: pg.Client | undefined;
  let reconnect: NodeJS.Timeout | undefined;
  let isListening = false;
  let isClosed = false;

  return {
    signal(topic) {
      if (isClosed) return;
      local.signal(topic);
      if (gaps.has(topic)) repeats.add(topic);
      else notify(topic);
    },
    subscribe(topic, wake) {
      if (!isListening) {
        isListening = true;
        void listen();
      }
      return local.subscribe(topic, wake);
    },
    async close() {
      isClosed = true;
      clearTimeout(reconnect);
      for (const gap of gaps.values()) clearTimeout(gap);
      await Promise.allSettled([...notices, listener?.end()]);
    },
  };

  function notify(topic: WakeUpTopic): void {
    const text = 'SELECT pg_notify($1, $2)';
    const notice = pool.query({ name: 'notify', text, values: [channel, `${self} ${topic}`] }).catch(() => {
      // A sleeper that got no signal finds the work when it looks by itself.
    });
    notices.add(notice);
    void notice.then(() => notices.delete(notice));
    const gap = setTimeout(() => {
      gaps.delete(topic);
      if (repeats.delete(topic)) notify(topic);
    }, gapOf(topic));
    gaps.set(topic, gap);
  }

  async function listen(isBack = false): Promise<void> {
    if (isClosed) return;
    const client = new pg.Client({ ...settingsOf(pool), keepAlive: true });
    listener = client;
    client.on('notification', ({ payload = '' }) => {
      const [from, topic] = payload.split(' ');
      if (from !== self) local.signal(topic as WakeUpTopic);
    });
    let isLost = false;
    const lose = () => {
      if (isLost || isClosed) return;
      isLost = true;
      client.end().catch(() => {});
      reconnect = setTimeout(() => void listen(true), RECONNECT_MS);
      reconnect.unref();
    };
    client.on('error', lose);
    client.on('end', lose);
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      if (isBack) for (const topic of WAKE_UP_TOPICS) local.signal(topic);
    } catch {
      lose();
    }
  }
}

/** As the pool's newest connection logged in; the pool hides its password from being listed. */
const settingsOf = ({ options }: pg.Pool): pg.ClientConfig => {
  const { password } = options;
  return { ...options, ...present({ password }) };
};
