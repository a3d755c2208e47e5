console.log('shared')
