import type { Payment } from '../../domain/payments/payment.ts';
import type { OpenConfig } from '../../ports/processor.ts';

/**
 * The merchant's config of now for whatever is asked about a payment, with the processor and the account that its charge was sent
 * to: a config that names others since then would have the charge looked for where it never was, and sent there. Keys
 * and other names are those of now, so that they can be changed. A payment of before routes were kept follows the config.
 */
export const routedConfig = ({ route }: Pick<Payment, 'route'>, config: OpenConfig): OpenConfig =>
  route === undefined
    ? config
    : (name) => {
        if (name === 'kind') return route.processor;
        return name === 'account' ? route.account : config(name);
      };
