/** Whether an `Accept` header takes a media type; one that is absent takes every type. */
export function accepts(accept: string | null, mediaType: string): boolean {
  if (accept === null || accept.trim() === '') return true;
  const family = `${mediaType.split('/')[0]}/*`;
  const taken = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  return [mediaType, family, '*/*'].some((type) => taken.includes(type));
}
