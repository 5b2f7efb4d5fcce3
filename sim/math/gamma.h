/* The incomplete gamma function as a law of waiting times needs it: hazards, which are minus logarithms
 * of its two tails P(a, x) and Q(a, x) = 1 - P(a, x), and their inverses. Far in a tail, where P or Q
 * itself underflows, its logarithm keeps its digits; near the beginning, where a hazard is tiny, so
 * does the hazard.
 *
 * x is given as y = log(x / a). For a generalised gamma law with small q, a = 1/q^2 is huge and x very
 * nearly a; y = q w then carries what x no longer can. */
#ifndef SQ_MATH_GAMMA_H
#define SQ_MATH_GAMMA_H

/* Which tail is the survival. */
typedef enum sq_gamma_tail { SQ_GAMMA_UPPER, SQ_GAMMA_LOWER } sq_gamma_tail;

/* -log Q(a, a exp(y)) for the upper tail, -log P for the lower; 0 < a <= 1e200. Relative accuracy
 * some 1e-14, checked against 50 digits for a from 1e-3 to 1e12. Series and Legendre's continued
 * fraction (DiDonato AR, Morris AH. ACM Trans Math Softw 1986;12:377-393), Temme's uniform expansion
 * (SIAM J Math Anal 1979;10:757-766) for a >= 25 near the middle. */
double sq_gamma_hazard(double a, double y, sq_gamma_tail survival);
/* The y at which that hazard is e > 0: Halley's method on the logarithm of the smaller tail, which is
 * concave in y, so that it converges from anywhere. */
double sq_gamma_from_hazard(double a, double e, sq_gamma_tail survival);

#endif
