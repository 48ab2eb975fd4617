/** How much of a whole a part is, beside the number that says it. */
export const Bar = ({
  part,
  whole,
  className,
}: Readonly<{ part: number; whole: number; className: string }>) => (
  <svg aria-hidden viewBox="0 0 100 4" preserveAspectRatio="none" className={`h-1.5 w-full ${className}`}>
    <rect width="100" height="4" rx="1" className="fill-plain-wash" />
    {part > 0 && (
      <rect width={Math.max(1, (100 * part) / Math.max(whole, part))} height="4" rx="1" fill="currentColor" />
    )}
  </svg>
);
