type Token = symbol;
type Made = Readonly<{ value: unknown; letGo: (value: never) => unknown }>;
type Binding = { make: (...parts: never[]) => unknown; needs: readonly Token[]; letGo: Made['letGo'] };
type Load = (options: Readonly<{ bind: (token: Token) => object }>) => void;

/** The part of Inversify that `src/composition` uses: singletons, made from others when first asked for. */
export class ContainerModule {
  readonly load: Load;

  constructor(load: Load) {
    this.load = load;
  }
}

export class Container {
  readonly #bindings = new Map<Token, Binding>();
  readonly #made = new Map<Token, Made>();

  load({ load }: ContainerModule): void {
    load({
      bind: (token) => ({
        toResolvedValue: (make: Binding['make'], needs: readonly Token[] = []) => {
          const binding: Binding = { make, needs, letGo: () => {} };
          this.#bindings.set(token, binding);
          return { onDeactivation: (letGo: Binding['letGo']) => void (binding.letGo = letGo) };
        },
      }),
    });
  }

  get(token: Token): unknown {
    const made = this.#made.get(token);
    if (made !== undefined) return made.value;
    const binding = this.#bindings.get(token);
    if (binding === undefined) throw new Error(`nothing is bound to ${String(token)}`);
    const value = binding.make(...binding.needs.map((each) => this.get(each) as never));
    this.#made.set(token, { value, letGo: binding.letGo });
    return value;
  }

  async unloadAsync(_module: ContainerModule): Promise<void> {
    const made = [...this.#made.values()];
    this.#made.clear();
    for (const { value, letGo } of made) await letGo(value as never);
  }
}
