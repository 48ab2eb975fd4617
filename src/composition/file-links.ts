import type { ObjectsPlace } from './platform-settings.ts';

/** What links to files begin with; undefined where they are paths of this service. Nothing is asked of any store. */
export async function fileLinksBegin(place: ObjectsPlace): Promise<string | undefined> {
  if (place.kind !== 'bucket') return undefined;
  const { linksBegin } = await import('../adapters/aws/object-links.ts');
  return linksBegin(place);
}
