// The arrays that the loops work on. They are visible outside, so that clang can't know what is in them.

#define EXPORT(name) __attribute__((export_name(#name))) void name

enum { N = 32000, M = 256 };

double a[N], b[N], c[N], d[N], e[N];
double aa[M][M], bb[M][M], cc[M][M];
double flat[M * M];
float f[N], g[N];
int ip[N], iq[N], ir[N];
long long wide[N];
unsigned char bytes[N];
int count[4];
double scalar[4];
