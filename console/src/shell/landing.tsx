import { Navigate } from '@tanstack/react-router';
import { Empty } from '../parts/answers.tsx';
import { pagesFor } from './pages.ts';
import { useSession } from './session-context.ts';

/** Goes to the first page that the session may use. */
export function Landing() {
  const session = useSession();
  const [first] = pagesFor(session);
  if (first !== undefined) return <Navigate to={first.path} replace />;
  return (
    <Empty title="Nothing here for this token">
      It names no merchant and no role that the console has a page for.
    </Empty>
  );
}
