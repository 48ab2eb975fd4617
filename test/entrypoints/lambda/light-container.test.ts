import * as inversify from 'inversify';
import { describe, expect, it } from 'vitest';
import * as light from '../../../tools/bundle/in-their-place/inversify.ts';

const [A, B, UNUSED] = [Symbol('a'), Symbol('b'), Symbol('unused')];

/** As `src/composition` uses it. */
function aContainer({ Container, ContainerModule }: typeof inversify) {
  const made: string[] = [];
  const ended: string[] = [];
  const container = new Container({ defaultScope: 'Singleton' });
  const module = new ContainerModule(({ bind }) => {
    bind(B).toResolvedValue(
      (a: string) => {
        made.push(`b of ${a}`);
        return `b of ${a}`;
      },
      [A],
    );
    bind(A)
      .toResolvedValue(() => {
        made.push('a');
        return 'a';
      })
      .onDeactivation((a) => void ended.push(String(a)));
    bind(UNUSED)
      .toResolvedValue(() => 'unused')
      .onDeactivation((unused) => void ended.push(String(unused)));
  });
  container.load(module);
  return { container, module, made, ended };
}

describe.each([
  ['Inversify', inversify],
  ['what bundles have in its place', light as unknown as typeof inversify],
])('%s', (_, library) => {
  it('makes one of each, with what it needs, when it is first asked for', () => {
    const { container, made } = aContainer(library);
    expect(made).toEqual([]);
    expect([container.get(B), container.get(B), container.get(A)]).toEqual(['b of a', 'b of a', 'a']);
    expect(made).toEqual(['a', 'b of a']);
  });

  it('lets go of what was made, and of nothing else', async () => {
    const { container, module, ended } = aContainer(library);
    container.get(B);
    await container.unloadAsync(module);
    expect(ended).toEqual(['a']);
  });

  it('refuses what nothing is bound to', () => {
    const { container } = aContainer(library);
    expect(() => container.get(Symbol('nothing'))).toThrow('nothing');
  });
});
