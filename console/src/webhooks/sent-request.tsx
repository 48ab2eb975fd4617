import type { Schemas } from '../api/api.ts';
import { CodeBlock } from '../parts/code-block.tsx';
import { Section } from '../parts/page.tsx';
import { verifySnippet } from './verify-snippet.ts';

type Sent = Schemas['WebhookDeliveryWithRequest']['request'];

const SUMMARY = 'w-fit rounded font-medium text-quiet hover:text-ink';

/** What every attempt sends, and how its receiver finds out that it came from here. */
export function SentRequest({ request }: Readonly<{ request: Sent }>) {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  return (
    <Section title="Request">
      <p className="text-quiet">
        The same in every attempt; each has its own <code className="font-mono">webhook-timestamp</code> and{' '}
        <code className="font-mono">webhook-signature</code> beside it, which are not kept.
      </p>
      <CodeBlock label="the headers" text={headers.join('\n')} />
      <CodeBlock label="the body" text={request.body} />
      <details>
        <summary className={SUMMARY}>Verify its signature</summary>
        <div className="mt-3">
          <CodeBlock label="the program" text={verifySnippet(request)} />
        </div>
      </details>
    </Section>
  );
}
