import type { ResultAsync } from 'neverthrow';

const LOOKED_EVERY_MS = 15_000;

/**
 * A stream that is cut when its session is over, within 15 s. A store that is away for a moment ends nothing: what the stream
 * says was read with the token of its beginning.
 */
export function untilEnded(response: Response, findSession: () => ResultAsync<unknown, unknown>): Response {
  const { body, status, headers } = response;
  if (body === null) return response;
  const reader = body.getReader();
  let watch: NodeJS.Timeout | undefined;
  const stream = new ReadableStream<Uint8Array>({
    start() {
      watch = setInterval(() => void endIfOver(), LOOKED_EVERY_MS);
      watch.unref();
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      clearInterval(watch);
      controller.close();
    },
    cancel(reason) {
      clearInterval(watch);
      return reader.cancel(reason);
    },
  });
  return new Response(stream, { status, headers });

  async function endIfOver(): Promise<void> {
    const session = await findSession();
    if (session.isErr() || session.value !== undefined) return;
    clearInterval(watch);
    // Ends the read that is under way, or the next, and with it the stream.
    await reader.cancel();
  }
}
