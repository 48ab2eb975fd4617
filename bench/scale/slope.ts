/** A figure at a size, or at a moment. */
export type Point = Readonly<{ x: number; y: number }>;

/** By how much the figure is multiplied when the size is, by ten: 1 is flat and 10 grows as the size does. Undefined of less than two sizes. */
export function perTenfold(points: readonly Point[]): number | undefined {
  const slope = slopeOf(points.map(({ x, y }) => ({ x: Math.log10(x), y: Math.log10(y) })));
  return slope === undefined ? undefined : 10 ** slope;
}

/** The slope of the line that lies closest to the points, by least squares; undefined where all are at one x. */
export function slopeOf(points: readonly Point[]): number | undefined {
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean('x'), mean('y')];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (points.length < 2 || spread === 0) return undefined;
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}
