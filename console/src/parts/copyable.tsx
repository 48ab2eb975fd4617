import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

type Props = Readonly<{ text: string; label: string; shown?: string }>;

/** An id or another text that is copied by a press, whole even where it is shown shortened. */
export function Copyable({ text, label, shown = text }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <button
      type="button"
      onClick={copy}
      title={text}
      aria-label={copied ? `${label} copied` : `Copy ${label} ${text}`}
      className="group -mx-1 inline-flex max-w-full items-center gap-1.5 rounded px-1 font-mono text-[13px] hover:bg-hover"
    >
      <span className="truncate">{shown}</span>
      {copied ? (
        <Check aria-hidden className="size-3.5 shrink-0 text-good" />
      ) : (
        <Copy aria-hidden className="size-3.5 shrink-0 text-quiet opacity-60 group-hover:opacity-100" />
      )}
    </button>
  );
}
