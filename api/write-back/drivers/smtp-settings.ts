/** How a mail server is configured. */
import {z} from 'zod';

const Address = z.email({error: 'is no address: write name@plant.example'});

export const SmtpSettings = z
  .strictObject({
    driver: z.literal('smtp'),
    host: z.string().min(1),
    /** 587, or 465 with `tls`. */
    port: z.number().int().min(1).max(65_535).optional(),
    /** Encrypted from the first byte; otherwise by STARTTLS, without which nothing is sent but to this machine. */
    tls: z.boolean().default(false),
    /** Sends without encryption where the server offers none, and to a server whose certificate nobody vouches for. */
    insecure: z.boolean().default(false),
    /** Certificates of the plant's own authority, as PEM. */
    caFile: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    passwordFile: z.string().min(1).optional(),
    from: Address,
    to: z.union([Address, z.array(Address).min(1)]),
    timeoutMs: z.number().int().positive().optional(),
  })
  .refine(({user, passwordFile}) => (user === undefined) === (passwordFile === undefined), {
    error: 'a "user" has a "passwordFile", and nobody else has one',
  });
export type SmtpConfig = z.output<typeof SmtpSettings>;
