"""What bash and sbatch are given: words, directives, the two scripts, their signatures."""
