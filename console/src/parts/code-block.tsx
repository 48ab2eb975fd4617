import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

/** Text to be read as it is or copied whole, in a box that scrolls. */
export function CodeBlock({ text, label }: Readonly<{ text: string; label: string }>) {
  const [isCopied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    });
  return (
    <div className="relative">
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-72 overflow-auto whitespace-pre-wrap wrap-anywhere rounded-lg border border-line bg-rail p-3 pr-10 font-mono text-xs leading-5"
      >
        {text}
      </pre>
      <button
        type="button"
        className="icon-button absolute top-1.5 right-1.5 bg-rail"
        aria-label={isCopied ? 'Copied' : `Copy ${label}`}
        onClick={copy}
      >
        {isCopied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
      </button>
    </div>
  );
}
