import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../parts/answers.tsx';

/** In the place of a page that failed. */
export const PageFault = ({ error, reset }: ErrorComponentProps) => (
  <div className="mx-auto max-w-lg px-4 py-16">
    <Failure error={error} retry={reset} />
  </div>
);
