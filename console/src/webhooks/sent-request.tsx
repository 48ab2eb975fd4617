import type { Schemas } from '../api/api.ts';
import { CodeBlock } from '../parts/code-block.tsx';
import { Section } from '../parts/page.tsx';

type Sent = Schemas['WebhookDeliveryWithRequest']['request'];

/** What every attempt sends. */
export const SentRequest = ({ request }: Readonly<{ request: Sent }>) => (
  <Section title="Request">
    <p className="text-quiet">
      The same in every attempt. The time and the signature are each attempt’s own.
    </p>
    <CodeBlock label="the headers" text={headerLines(request.headers)} />
    <CodeBlock label="the body" text={request.body} />
  </Section>
);

export const headerLines = (headers: Sent['headers']): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
