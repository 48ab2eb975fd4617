import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';

/** To the list as it was left, where it was left from. */
export const BackToList = () => (
  <Link
    to="/payments"
    className="mb-1 inline-flex items-center gap-1 text-[13px] text-quiet hover:text-ink"
    onClick={(event) => {
      if (document.referrer !== '' || history.length < 2) return;
      event.preventDefault();
      history.back();
    }}
  >
    <ArrowLeft aria-hidden className="size-3.5" />
    Payments
  </Link>
);
