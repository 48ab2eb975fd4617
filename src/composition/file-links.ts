import { linksBegin } from '../adapters/aws/object-links.ts';
import type { ObjectsPlace } from './platform-settings.ts';

/** What links to files begin with; undefined where they are paths of this service. Nothing is asked of any store. */
export const fileLinksBegin = async (place: ObjectsPlace): Promise<string | undefined> =>
  place.kind === 'bucket' ? linksBegin(place) : undefined;
