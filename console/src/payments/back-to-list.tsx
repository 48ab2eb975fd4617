import { BackLink } from '../parts/back-link.tsx';

/** To the payments. */
export const BackToList = () => <BackLink to="/payments">Payments</BackLink>;
