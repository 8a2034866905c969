# with_net NET COMMAND...: runs COMMAND with the flags that describe to gorgan the nets that conv_nets.py has by that name
with_net() {
	of=$1
	shift
	case $of in
	mnist) "$@" --beta1 0.5 --arch layers --dis-activation leaky-relu \
		--gen-layers "dense 1024 batch-norm, dense 7x7x128 batch-norm, up 64 batch-norm, up 1" \
		--dis-layers "down 64, down 128, dense 1024, dense 1" ;;
	dcgan*) "$@" --beta1 0.5 --arch dcgan --net-width 64 --size "${of#dcgan}" --channels 3 ;;
	*) echo "no nets \"$of\", want mnist, dcgan32 or dcgan64" >&2 && return 2 ;;
	esac
}
