import { NETWORK_FAULTS } from '../shared/network-faults.ts';

/** The part of an SDK's fault that is looked at. Only what a service answered has `$fault`. */
type SdkFault = Readonly<{
  name: string;
  code: string;
  $fault: 'client' | 'server';
  $metadata: Readonly<{ httpStatusCode?: number }>;
  $response: Readonly<{ statusCode?: number }>;
}>;

export const nameOf = (fault: unknown): string => String((fault as Partial<SdkFault>).name ?? '');

/** Of the answer, also of one that could not be read. */
export const statusOf = (fault: unknown): number | undefined => {
  const { $metadata, $response } = fault as Partial<SdkFault>;
  return $metadata?.httpStatusCode ?? $response?.statusCode;
};

/** What a service calls wrong with the request itself: a defect of ours, whatever the moment. */
const DEFECTS = new Set([
  'InvalidArgument',
  'InvalidRequest',
  'MalformedXML',
  'SerializationException',
  'ValidationException',
  'ValidationError',
]);

/** What comes from the client's side of the wire. */
const ON_THE_WAY = new Set<string>([
  'TimeoutError',
  'AbortError',
  'CredentialsProviderError',
  'TokenProviderError',
  'SyntaxError', // a reply cut short
]);

/**
 * True for what AWS answered, unless it calls the request itself wrong, and for what kept the answer from us. Anything else is a
 * defect.
 */
export function isOfTheWorld(fault: unknown): boolean {
  const { name = '', code = '', $fault } = fault as Partial<SdkFault>;
  if (DEFECTS.has(name)) return false;
  return (
    $fault !== undefined ||
    (statusOf(fault) ?? 0) >= 500 ||
    ON_THE_WAY.has(name) ||
    (NETWORK_FAULTS as readonly string[]).includes(code) ||
    code === 'ERR_STREAM_PREMATURE_CLOSE'
  );
}
