/* What the launchers of this directory launch: the least there is. */
int
main(void)
{
	return 0;
}
