const TONES = {
  good: 'bg-good-wash text-good',
  warn: 'bg-warn-wash text-warn',
  bad: 'bg-bad-wash text-bad',
  info: 'bg-accent-wash text-accent',
  plain: 'bg-plain-wash text-quiet',
};

export type Tone = keyof typeof TONES;

export function Badge({ tone, children }: Readonly<{ tone: Tone; children: string }>) {
  return (
    <span
      className={`inline-flex h-5 items-center rounded px-1.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'good',
  settled: 'good',
  delivered: 'good',
  enabled: 'good',
  active: 'good',
  suspended: 'bad',
  completed: 'good',
  approved: 'good',
  authorized: 'info',
  processing: 'info',
  requires_action: 'warn',
  pending: 'warn',
  pending_approval: 'warn',
  needs_response: 'warn',
  accepting: 'info',
  under_review: 'info',
  won: 'good',
  lost: 'bad',
  paused: 'warn',
  failed: 'bad',
  disabled: 'bad',
  expired: 'bad',
  completed_with_exceptions: 'warn',
  open: 'warn',
  proposed: 'info',
  resolved: 'good',
  matched: 'good',
  matched_within_tolerance: 'good',
  mismatched: 'bad',
  missing_here: 'bad',
  missing_there: 'bad',
  rejected: 'bad',
  duplicate: 'warn',
  expected: 'info',
};

/** A state in the API's own word, with spaces; a state that is not known here is shown plain. */
export function Status({ of }: Readonly<{ of: string }>) {
  return <Badge tone={STATUS_TONES[of] ?? 'plain'}>{inWords(of)}</Badge>;
}

/** `pending_approval` as `Pending approval`. */
export const inWords = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[_.]/g, ' ');
