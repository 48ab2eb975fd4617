import { type ReactNode, useEffect } from 'react';

type Props = Readonly<{ title: string; actions?: ReactNode; children: ReactNode; eyebrow?: ReactNode }>;

/** The head and body of a page; the document is named for it. */
export function Page({ title, actions, eyebrow, children }: Props) {
  useEffect(() => {
    document.title = `${title} · paywright`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-col gap-5 px-4 py-6 sm:px-8">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          {eyebrow}
          <h1 className="text-xl leading-7 font-semibold tracking-tight">{title}</h1>
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  children,
  aside,
}: Readonly<{ title: string; children: ReactNode; aside?: ReactNode }>) {
  return (
    <section className="flex flex-col gap-3" aria-label={title}>
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-3 border-b border-line pb-1">
        <h2 className="text-[15px] font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Facts as names and values, one below the other where there is no room beside. */
export function Facts({ facts }: Readonly<{ facts: readonly (readonly [string, ReactNode])[] }>) {
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-3 sm:grid-cols-[10rem_1fr]">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-quiet max-sm:-mb-3">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
